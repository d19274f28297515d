output "helm_values" {
  description = "Values of the chart, as YAML: terraform output -raw helm_values >values.yaml"
  value = yamlencode(merge(
    {
      aws      = { region = var.region }
      gateway  = { serviceAccount = { roleArn = module.roles.gateway_arn } }
      operator = { enabled = true, serviceAccount = { roleArn = module.roles.operator_arn } }
      worker = {
        bucket         = module.bucket.name
        queue          = module.queue.url
        serviceAccount = { roleArn = module.roles.worker_arn }
        keda           = { queueUrl = module.queue.url, roleArn = module.roles.keda_arn }
      }
    },
    # Without it the chart has the registry that it was published with.
    { for registry in module.registry : "image" => { registry = registry.registry } },
    { for key, value in {
      engine = {
        urls     = module.opensearch[*].url
        replicas = one(module.opensearch[*].replicas)
        auth     = { type = "aws" }
      }
      networkPolicy = { egressPorts = [443] }
    } : key => value if var.domain },
  ))
}

output "provider_arns" {
  description = "Prefix of a data provider to the ARN of its role"
  value       = module.roles.provider_arns
}

output "registry" {
  description = "Registry and path to which scripts/push-images.sh copies the images; null where the published ones are used"
  value       = one(module.registry[*].registry)
}

output "namespace" {
  description = "Namespace of the chart's release, which the roles trust"
  value       = var.namespace
}

output "release" {
  description = "Name of the chart's release, which the roles trust"
  value       = var.releases[0]
}

output "bucket" {
  description = "Name of the bucket"
  value       = module.bucket.name
}

output "vpc" {
  description = "Network and subnets of cluster and domain, and the subnets for load balancers"
  value       = merge(local.network, { public_subnet_ids = flatten(module.vpc[*].public_subnet_ids) })
}

output "registry_urls" {
  description = "Image to the address of its repository"
  value       = try(module.registry[0].urls, {})
}

output "cluster" {
  description = "Name of the created cluster; null where an existing one is used"
  value       = one(module.eks[*].name)
}
