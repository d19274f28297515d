output "environment" {
  description = "Settings of the worker"
  value = {
    AWS_ENDPOINT = var.endpoint
    AWS_REGION   = var.region
    BUCKET       = module.bucket.name
    WORKER_QUEUE = module.queue.name
  }
}

output "helm_values" {
  description = "Values of the chart, as YAML"
  value = yamlencode({
    aws    = { region = var.region, endpoint = var.endpoint }
    worker = { bucket = module.bucket.name, queue = module.queue.name }
  })
}
