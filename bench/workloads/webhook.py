event = notification.event
colours = {"notice": "#4caf50", "warning": "#ff9800", "alert": "#f44336"}
severity = notification.severity
who = event.user["username"]
fields = [
    {"title": key.replace("_", " ").upper(), "value": f"{value}", "short": len(f"{value}") < 24}
    for key, value in event.context.items()
    if value is not None
]
return {
    "username": f"authentik ({event.app})",
    "text": f"[{severity.upper():>8}] {notification.body}",
    "attachments": [
        {
            "author_name": f"{who} <{event.user['email']}>",
            "color": colours.get(severity, "#9e9e9e"),
            "title": f"{event.action} from {event.client_ip}",
            "fields": fields,
            "footer": f"{len(fields)} of {len(event.context)} fields, id {event.pk:0>12}",
        }
    ],
}
