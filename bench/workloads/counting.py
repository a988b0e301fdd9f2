total = 0
counts = {}
line = ""
lines = []
for number in range(100000):
    total = (total * 31 + number) % 1000003
    key = "k" + str(total % 97)
    counts[key] = counts.get(key, 0) + total // 7
    line += key
    if len(line) > 60:
        lines.append(line)
        line = ""
return {"total": total, "lines": len(lines), "last": lines[-1], "counts": counts}
