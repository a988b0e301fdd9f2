groups = request.context.get("groups", [])
return any(group["name"].startswith("staff") and group.get("active") for group in groups)
