locale = request.context["prompt_data"].get("locale", "en")
language, _, region = locale.replace("_", "-").partition("-")
if language not in {"de", "en", "fr"}:
    ak_message(f"No help is available in {language}-{region or '?'}.")
return True
