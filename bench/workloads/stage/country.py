geoip = request.context.get("geoip")
asn = request.context.get("asn") or {}
if not geoip or asn.get("asn") in [64512, 64513]:
    return False
return geoip["country"] in {"DE", "AT", "CH"} and geoip.get("continent") == "EU"
