"""Whether Terraform, the chart as it renders with Terraform's values, Skaffold, the release and docs/aws.md speak of the same
registry, images, tags, namespace, service accounts, bucket and queue.

    agreement.py TREE STATE.json OUTPUTS.json RENDERED.yaml
"""

import json
import pathlib
import re
import sys

import yaml


def resources(module: dict):
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources(child)


def main() -> int:
    tree, state, outputs = pathlib.Path(sys.argv[1]), *(json.loads(pathlib.Path(path).read_text()) for path in sys.argv[2:4])
    objects = [each for each in yaml.safe_load_all(pathlib.Path(sys.argv[4]).read_text()) if each]
    outputs = {name: output["value"] for name, output in outputs.items()}
    found = list(resources(state["values"]["root_module"]))
    namespace, release, urls = outputs["namespace"], outputs["release"], set(outputs["registry_urls"].values())
    faults = []

    def equal(what: str, left, right) -> None:
        if left != right:
            faults.append(f"{what}: {left} is not {right}")

    trusted = {}
    for each in found:
        if each["type"] == "aws_iam_role" and "AssumeRoleWithWebIdentity" in each["values"]["assume_role_policy"]:
            for condition in json.loads(each["values"]["assume_role_policy"])["Statement"][0]["Condition"].values():
                subjects = next(value for key, value in condition.items() if key.endswith(":sub"))
                trusted[each["values"]["arn"]] = [subjects] if isinstance(subjects, str) else subjects
    for each in objects:
        if each["kind"] == "ServiceAccount" and (role := each["metadata"].get("annotations", {}).get("eks.amazonaws.com/role-arn")):
            account = f"system:serviceaccount:{namespace}:{each['metadata']['name']}"
            if account not in trusted.get(role, []):
                faults.append(f"{role} does not trust {account}")

    version = yaml.safe_load((tree / "helm/wikimovie/Chart.yaml").read_text())["appVersion"]
    environment, ran = {}, set()
    for each in objects:
        spec = each.get("spec", {})
        pod = spec.get("jobTemplate", {"spec": spec})["spec"].get("template", {}).get("spec", {}) if isinstance(spec, dict) else {}
        for container in pod.get("containers", []):
            name, _, tag = container["image"].rpartition(":")
            ran.add(name)
            equal(f"tag of {container['image']}", tag, version)
            if name not in urls:
                faults.append(f"{name} is no repository of Terraform's registry")
            environment |= {variable["name"]: variable.get("value") for variable in container["env"]}
    if not ran:
        faults.append("the chart runs no image")
    equal("queue", environment["WORKER_QUEUE"], next(each["values"]["url"] for each in found if each["address"] == "module.queue.aws_sqs_queue.this"))
    equal("bucket", environment["BUCKET"], outputs["bucket"])

    images = set(outputs["registry_urls"])
    for script in ("scripts/release/images.sh", "scripts/release/manifests.sh", "scripts/push-images.sh"):
        said = re.search(r"(?:images=\(|for image in )([a-z -]+?)(?:\)|;)", (tree / script).read_text())
        equal(f"images of {script}", set(said[1].split()), images)
    skaffold = yaml.safe_load((tree / "skaffold.yaml").read_text())
    built = {artifact["image"] for artifact in skaffold["build"]["artifacts"]}
    equal("images that Skaffold builds and the chart runs", built, {name.rsplit("/", 1)[1] for name in ran})
    for profile in skaffold["profiles"]:
        for each in profile["deploy"]["helm"]["releases"]:
            equal(f"namespace of Skaffold's profile {profile['name']}", each.get("namespace", "default"), namespace)
            equal(f"release of Skaffold's profile {profile['name']}", each["name"], release)
    for file, pattern in {
        "deploy/chaos/run.sh": r"NAMESPACE:-([a-z]+)\}",
        "deploy/operate.sh": r"NAMESPACE:-([a-z]+)\}",
        "deploy/localstack/seed.sh": r"NAMESPACE:-([a-z]+)\}",
        "deploy/localstack/kustomization.yaml": r"namespace: ([a-z]+)",
        "docs/aws.md": r"--namespace (?!kube-system)([a-z-]+)",
        "helm/wikimovie/README.md": r"--namespace ([a-z]+)",
    }.items():
        for said in re.findall(pattern, (tree / file).read_text()) or ["none"]:
            equal(f"namespace of {file}", said, namespace)
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"Terraform, chart, Skaffold, release and pages: {len(trusted)} roles, {len(ran)} images, {len(faults)} disagreements")
    return bool(faults)


sys.exit(main())
