output "arn" {
  description = "ARN of the domain"
  value       = aws_opensearch_domain.this.arn
}

output "url" {
  description = "Address of the domain (ELASTICSEARCH_URLS)"
  value       = "https://${aws_opensearch_domain.this.endpoint}"
}

output "replicas" {
  description = "Replicas with which each data node has every movie (WIKIMOVIE_REPLICAS)"
  value       = var.data_nodes - 1
}
