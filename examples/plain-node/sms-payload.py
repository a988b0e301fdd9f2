return {
    "from": stage.from_number,
    "to": device.phone_number,
    "body": f"Your code is {token}",
}
