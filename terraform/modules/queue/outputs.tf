output "name" {
  description = "Name of the queue"
  value       = aws_sqs_queue.this.name
}

output "arn" {
  description = "ARN of the queue, available once its policy allows the bucket: S3 tests this when the notification is created"
  value       = aws_sqs_queue.this.arn
  depends_on  = [aws_sqs_queue_policy.this]
}

output "url" {
  description = "Address of the queue"
  value       = aws_sqs_queue.this.url
}

output "dead_letters_arn" {
  description = "ARN of the dead-letter queue"
  value       = aws_sqs_queue.dead_letters.arn
}

output "dead_letters_name" {
  description = "Name of the dead-letter queue"
  value       = aws_sqs_queue.dead_letters.name
}
