agent = request.http_request.META.get("HTTP_USER_AGENT", "").lower()
return not any(word in agent for word in ["bot", "crawler", "spider", "curl", "wget"])
