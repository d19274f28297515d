output "name" {
  description = "Name of the cluster: aws eks update-kubeconfig --name <name>"
  value       = aws_eks_cluster.this.name
}

output "oidc_provider_arn" {
  description = "ARN of the cluster's identity provider"
  value       = aws_iam_openid_connect_provider.this.arn
}

output "oidc_issuer" {
  description = "Issuer of the cluster's identity provider"
  value       = aws_eks_cluster.this.identity[0].oidc[0].issuer
}

output "security_group_id" {
  description = "Security group of nodes and control plane"
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}
