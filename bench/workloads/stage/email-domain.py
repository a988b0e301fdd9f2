local, _, domain = request.user.email.lower().partition("@")
if domain not in ["example.org", "example.com"]:
    ak_message("Please use your work address.")
    return False
if len(local) < 3:
    ak_message(f"{local} is too short")
    return False
return True
