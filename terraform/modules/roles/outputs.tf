output "worker_arn" {
  description = "ARN of the worker's role"
  value       = aws_iam_role.this["worker"].arn
}

output "gateway_arn" {
  description = "ARN of the gateway's role"
  value       = aws_iam_role.this["gateway"].arn
}

output "operator_arn" {
  description = "ARN of the role of playbook commands (operator.serviceAccount.roleArn of the chart)"
  value       = aws_iam_role.this["operator"].arn
}

output "keda_arn" {
  description = "ARN of the role with which KEDA reads the queue's depth; null where there is none"
  value       = one([for role in values(aws_iam_role.this) : role.arn if endswith(role.name, "-keda")])
}

output "provider_arns" {
  description = "Prefix of a data provider to the ARN of its role"
  value       = { for prefix, role in aws_iam_role.provider : prefix => role.arn }
}
