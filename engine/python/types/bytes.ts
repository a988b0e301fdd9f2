// `bytes` and `bytearray`.
