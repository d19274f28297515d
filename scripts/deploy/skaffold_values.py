"""The arguments of `helm template` for each release of skaffold.yaml, a line each, parted by tabs: what Skaffold sets from images
and from the environment is stood in for."""

import pathlib
import re
import sys

import yaml

STAND_INS = {"IMAGE_REPO": "registry.example.com/image", "IMAGE_TAG": "1.0.0", "IMAGE_DIGEST": "sha256:" + 64 * "0"}


def filled(template: str) -> str:
    """The value with a stand-in for what Skaffold knows of an image."""
    return re.sub(r"\{\{\.(IMAGE_[A-Z]+)_\w+\}\}", lambda found: STAND_INS[found[1]], template)


for profile in yaml.safe_load(pathlib.Path(sys.argv[1]).read_text())["profiles"]:
    for release in profile["deploy"]["helm"]["releases"]:
        values = [file for file in release.get("valuesFiles", []) if "{{" not in file] or ["helm/wikimovie/ci/aws.yaml"]
        arguments = [release["chartPath"], *(f"--values={file}" for file in values)]
        settings = {**release.get("setValues", {}), **release.get("setValueTemplates", {})}
        arguments += [f"--set={name}={filled(value)}" for name, value in settings.items()]
        print(*arguments, sep="\t")
