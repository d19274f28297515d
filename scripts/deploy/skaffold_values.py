"""What Skaffold would deploy, a line for each release of skaffold.yaml, parted by tabs: the images that it builds, parted by
commas, and the arguments of `helm template`. What Skaffold sets from images and from the environment is stood in for."""

import pathlib
import re
import sys

import yaml

# `--default-repo` of profiles that push, and what an image gets there.
REPOSITORY = "registry.example.com/movies"
TAG, DIGEST = "1.0.0-3-gabcdef0", "sha256:" + 64 * "a"

config = yaml.safe_load(pathlib.Path(sys.argv[1]).read_text())
artifacts = [artifact["image"] for artifact in config["build"]["artifacts"]]
for profile in config["profiles"]:
    pushes = profile["build"]["local"]["push"]
    known = {}
    for image in artifacts:
        name = f"{REPOSITORY}/{image}" if pushes else image
        variable = image.replace("-", "_")
        known |= {f"IMAGE_REPO_{variable}": name, f"IMAGE_TAG_{variable}": TAG, f"IMAGE_DIGEST_{variable}": DIGEST}
    for release in profile["deploy"]["helm"]["releases"]:
        # Terraform's helm_values have the shape of ci/aws.yaml.
        values = [file for file in release.get("valuesFiles", []) if "{{" not in file] or ["helm/wikimovie/ci/aws.yaml"]
        settings = {**release.get("setValues", {}), **release.get("setValueTemplates", {})}
        built = [f"{known[f'IMAGE_REPO_{image.replace(chr(45), chr(95))}']}{f'@{DIGEST}' if pushes else f':{TAG}'}" for image in artifacts]
        arguments = [release["chartPath"], f"--namespace={release.get('namespace', 'default')}", *(f"--values={file}" for file in values)]
        filled = {name: re.sub(r"\{\{\.(\w+)\}\}", lambda found: known[found[1]], value) for name, value in settings.items()}
        arguments += [f"--set={name}={value}" for name, value in filled.items()]
        print(",".join(sorted(built)), *arguments, sep="\t")
