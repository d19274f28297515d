output "id" {
  description = "Id of the network"
  value       = aws_vpc.this.id
  # Nodes that start before cannot reach what they need.
  depends_on = [aws_vpc_endpoint.this, aws_vpc_endpoint.s3, aws_route.private]
}

output "private_subnet_ids" {
  description = "Private subnets, in the order of the zones"
  value       = [for zone in var.zones : aws_subnet.private[zone].id]
  depends_on  = [aws_vpc_endpoint.this, aws_vpc_endpoint.s3, aws_route.private]
}

output "public_subnet_ids" {
  description = "Public subnets, in the order of the zones; none without any"
  value       = [for zone in var.zones : aws_subnet.public[zone].id if local.outside]
}
