prefix = "app-"
active = [group for group in groups if group.get("attributes", {}).get("active", True)]
names = sorted(group["name"].lower() for group in active)
roles = {}
for group in active:
    role = group.get("attributes", {}).get("role", "member").strip().upper()
    roles.setdefault(role, []).append(group["name"])
return {
    "preferred_username": user.username.lower(),
    "groups": names,
    "apps": [name[len(prefix):].replace("-", "_") for name in names if name.startswith(prefix)],
    "roles": {role: sorted(members) for role, members in sorted(roles.items())},
    "is_admin": any(name.endswith("-admins") for name in names),
    "all_named": all(group.get("name") for group in groups),
    "quota": sum(group.get("attributes", {}).get("quota", 0) for group in active),
    "first": sorted(active, key=lambda group: (-group["pk"], group["name"]))[0]["name"],
}
