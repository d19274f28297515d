"""What Compose itself does not ask of docker-compose.yml: settings that our programs have, ports on the loopback address
only, a locked-down container for each of ours, and images of a version."""

import json
import pathlib
import re
import sys

# The last version of LocalStack that starts without an account.
LOCALSTACK = "localstack/localstack:4.14.0"
PROGRAMS = {"wikimovie-api", "wikimovie-ingest", "wikimovie"}


def settings(folder: str) -> dict[str, set[str]]:
    """The variables of each program, of the lists that a test of it keeps equal to its options."""
    return {program: set(pathlib.Path(folder, f"{program}.txt").read_text().split()) for program in PROGRAMS}


def faults(compose: dict, known: dict[str, set[str]]):
    for name, service in compose["services"].items():
        image = service["image"]
        for port in service.get("ports") or []:
            if port.get("host_ip") != "127.0.0.1":
                yield f"{name}: port {port['target']} is published on {port.get('host_ip') or 'every address'}"
        program = service.get("build", {}).get("target") or image
        if program not in PROGRAMS:
            if "build" in service:
                yield f"{name}: the Dockerfile makes no {program}"
            elif image.startswith("localstack/") and image.split("@")[0] != LOCALSTACK:
                yield f"{name}: {image} needs an account; {LOCALSTACK} is the last that does not"
            elif not re.search(r":v?\d+(\.\d+)+", image):
                yield f"{name}: {image} names no version"
            continue
        for variable in service.get("environment") or {}:
            # What AWS's own client reads is no setting of ours.
            if variable not in known[program] and variable not in {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}:
                yield f"{name}: {program} has no setting {variable}"
        if not service.get("read_only") or service.get("cap_drop") != ["ALL"]:
            yield f"{name}: its root can be written to, or it has capabilities"
        if "no-new-privileges:true" not in (service.get("security_opt") or []):
            yield f"{name}: it may gain privileges"


def main() -> int:
    compose = json.loads(pathlib.Path(sys.argv[1]).read_text())
    known = settings(sys.argv[2])
    found = list(faults(compose, known))
    print(*found, sep="\n", end="\n" if found else "")
    print(f"compose: {len(compose['services'])} services, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
