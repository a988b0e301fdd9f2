if not regex_match(request.user.username, r"^[a-z][a-z0-9._-]{2,31}$"):
    ak_message(f"{request.user.username} is not a name we accept")
    return False
return True
