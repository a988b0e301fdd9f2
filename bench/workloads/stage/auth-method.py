if request.context.get("auth_method") in ("app_password", "token"):
    ak_message("Sign in with a password or a key.")
    return False
known = request.context.get("auth_method_args", {}).get("known_device", False)
return bool(known or not request.context.get("is_new_device"))
