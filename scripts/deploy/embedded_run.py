"""The embedded engine's pod as arguments of `podman run`: environment, user, locked-down root and mounts as the chart renders
them. The ConfigMap of sample movies becomes a folder as the kubelet makes one.

    embedded_run.py RENDERED.yaml FOLDER     prints an argument a line; the last one is the name of the image
"""

import base64
import pathlib
import sys

import yaml


def config_map(folder: pathlib.Path, files: dict[str, bytes]) -> None:
    """Files behind links to a hidden folder, as the kubelet makes them so that it can exchange them at once."""
    version = folder / "..2026_01_01_00_00_00.1"
    version.mkdir(parents=True)
    (folder / "..data").symlink_to(version.name)
    for name, content in files.items():
        (version / name).write_bytes(content)
        (folder / name).symlink_to(f"..data/{name}")


def main() -> None:
    rendered, scratch = sys.argv[1], pathlib.Path(sys.argv[2])
    objects = [each for each in yaml.safe_load_all(pathlib.Path(rendered).read_text()) if each]
    pod = next(each for each in objects if each["kind"] == "StatefulSet")["spec"]["template"]["spec"]
    maps = {each["metadata"]["name"]: each for each in objects if each["kind"] == "ConfigMap"}
    container, user = pod["containers"][0], pod["securityContext"]
    locked = container["securityContext"]
    assert not container.get("command") and not container.get("args"), "the image's own command is run"
    said = ["--user", f"{user['runAsUser']}:{user['runAsGroup']}"]
    said += ["--read-only"] if locked["readOnlyRootFilesystem"] else []
    said += ["--security-opt", "no-new-privileges"] if not locked["allowPrivilegeEscalation"] else []
    said += [argument for each in locked["capabilities"]["drop"] for argument in ("--cap-drop", each)]
    for variable in container["env"]:
        said += ["--env", f"{variable['name']}={variable['value']}"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for mount in container["volumeMounts"]:
        volume, at = volumes.get(mount["name"]), mount["mountPath"]
        if volume is None:
            # The claim: a volume that belongs to fsGroup.
            said += ["--volume", f"{scratch / 'data'}:{at}"]
            (scratch / "data").mkdir(mode=0o770)
        elif "emptyDir" in volume:
            said += ["--tmpfs", f"{at}:mode=1777"]
        else:
            config_map(scratch / mount["name"], {name: base64.b64decode(text) for name, text in maps[volume["configMap"]["name"]]["binaryData"].items()})
            said += ["--volume", f"{scratch / mount['name']}:{at}:ro"]
    print(*said, container["image"].rsplit("/", 1)[1].rsplit(":", 1)[0], sep="\n")


main()
