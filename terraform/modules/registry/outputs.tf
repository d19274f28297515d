output "registry" {
  description = "Registry and path of the images (image.registry of the chart)"
  value       = trimsuffix(aws_ecr_repository.this[var.images[0]].repository_url, "/${var.images[0]}")
}

output "urls" {
  description = "Image to the address of its repository"
  value       = { for image, repository in aws_ecr_repository.this : image => repository.repository_url }
}
