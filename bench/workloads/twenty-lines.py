reserved = {"root", "admin", "administrator", "postmaster", "support"}
data = request.context.get("prompt_data", {})
username = data.get("username", request.user.username).strip().lower()
email = data.get("email", "").strip().lower()
local, _, domain = email.partition("@")
if username in reserved or username.startswith("svc-"):
    ak_message(f"The name {username!r} is reserved")
    return False
if not regex_match(username, r"^[a-z][a-z0-9._-]{2,31}$"):
    ak_message("A name has 3 to 32 letters, digits, dots, dashes and underscores")
    return False
allowed = [entry.lower() for entry in request.user.attributes.get("domains", ["example.org"])]
if domain not in allowed and not any(domain.endswith("." + entry) for entry in allowed):
    ak_message(f"Use an address of {' or '.join(allowed)}, not of {domain or 'nowhere'}")
    return False
if request.user.is_active and len(local) >= 3:
    context["username"] = username
    return True
ak_message("This account is not active")
return False
