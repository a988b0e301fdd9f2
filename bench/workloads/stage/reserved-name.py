name = request.context["prompt_data"]["username"].strip().lower()
if name in {"root", "admin", "administrator", "postmaster"} or name.startswith("svc-"):
    ak_message(f"The name {name} is reserved.")
    return False
return True
