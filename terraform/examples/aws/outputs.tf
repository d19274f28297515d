output "helm_values" {
  description = "Values of the chart, as YAML: terraform output -raw helm_values >values.yaml"
  value = yamlencode(merge(
    {
      image   = { registry = module.registry.registry }
      aws     = { region = var.region }
      gateway = { serviceAccount = { roleArn = module.roles.gateway_arn } }
      worker = {
        bucket         = module.bucket.name
        queue          = module.queue.url
        serviceAccount = { roleArn = module.roles.worker_arn }
        keda           = { queueUrl = module.queue.url, roleArn = module.roles.keda_arn }
      }
    },
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

output "registry_urls" {
  description = "Image to the address of its repository"
  value       = module.registry.urls
}

output "cluster" {
  description = "Name of the created cluster; null where an existing one is used"
  value       = one(module.eks[*].name)
}
