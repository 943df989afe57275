"""Verifies PurSight's event log from an export of it, as docs/audit.md says; knows nothing of PurSight's code.

    python3 verify_log.py events.jsonl [checkpoints.jsonl public.pem]

The checkpoints need the package "cryptography". Ends with 1, and the first broken number, where something was changed.
"""
import hashlib
import json
import sys
from decimal import Decimal


def canonical(value):
    """RFC 8785: members in the order of their UTF-16 code units, numbers as ECMAScript prints them."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(each) for name, each in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        return number(value)
    return json.dumps(value, ensure_ascii=False)


def number(value):
    if value == 0:
        return "0"
    decimal = Decimal(repr(abs(value))).normalize()
    digits = "".join(map(str, decimal.as_tuple().digits))
    point = len(digits) + decimal.as_tuple().exponent
    if len(digits) <= point <= 21:
        text = digits + "0" * (point - len(digits))
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        fraction = "." + digits[1:] if len(digits) > 1 else ""
        text = f"{digits[0]}{fraction}e{point - 1:+d}"
    return "-" + text if value < 0 else text


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_of(event):
    envelope = {name: event[name] for name in ("id", "source", "type", "subject", "time", "actor", "attributes")}
    envelope["specversion"] = "1.0"
    body = sha256(bytes.fromhex(event["salt"]), canonical(event["data"]).encode())
    return sha256(canonical(envelope).encode(), body)


def lines(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield line


def read_events(path):
    # All numbers as JSON has them: floating-point, of 64 bits. Only `seq` is taken for a whole one.
    for line in lines(path):
        yield json.loads(line, parse_int=float)


def read_checkpoints(path, key_path):
    """{seq: [hash, …]} of all that were signed; half a line, as a killed process leaves, counts for nothing."""
    import base64

    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    with open(key_path, "rb") as file:
        key = load_pem_public_key(file.read())
    found = {}
    for line in lines(path):
        try:
            checkpoint = json.loads(line)
            signature = base64.b64decode(checkpoint.pop("signature"))
        except (ValueError, KeyError, AttributeError):
            continue
        statement = json.dumps(checkpoint, sort_keys=True, separators=(",", ":")).encode()
        try:
            key.verify(signature, statement)
        except InvalidSignature:
            fail(f"The checkpoint of event {checkpoint['seq']} was not signed with this key.")
        found.setdefault(checkpoint["seq"], []).append(checkpoint["hash"])
    return found


def fail(message):
    print(message)
    sys.exit(1)


def main(events, checkpoints=None, key=None):
    signed = read_checkpoints(checkpoints, key) if checkpoints else {}
    erased = {event["subject"] for event in read_events(events) if event["type"] == "event.erased"}
    previous, seq, anchored = None, None, None
    for event in read_events(events):
        first, before = seq is None, seq
        seq = int(event["seq"])
        if first:
            # After a dropped partition the first event follows the checkpoint of the one before.
            previous = bytes(32) if seq == 1 else bytes.fromhex(signed.get(seq - 1, [""])[-1])
            if not previous:
                fail(f"The events before {seq} are missing.")
        elif seq != before + 1:
            fail(f"Event {before + 1} is missing.")
        leaf = bytes.fromhex(event["leaf"])
        if event["data"] is None and event["salt"] is None:
            if event["id"] not in erased:
                fail(f"Event {seq} has lost its data, and no event.erased tells of it.")
        elif event["salt"] is None or leaf_of(event) != leaf:
            fail(f"Event {seq} was changed.")
        previous = sha256(previous, leaf)
        if previous.hex() != event["hash"]:
            fail(f"The chain is broken at event {seq}.")
        if seq in signed:
            if event["hash"] not in signed[seq]:
                fail(f"Event {seq} is not the one that was signed.")
            anchored = seq
    if signed and max(signed) > (seq or 0):
        fail(f"The log ends with event {seq or 0}, but event {max(signed)} was signed.")
    print(f"Intact up to event {seq or 0}, signed up to event {anchored or 0}.")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
