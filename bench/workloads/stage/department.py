department = request.user.attributes.get("department", "none").lower()
return department in ("sales", "support", "engineering") and request.user.is_active
