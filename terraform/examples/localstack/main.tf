# Bucket, queue, dead-letter queue and notification on LocalStack. terraform.tfvars.json is also read by
# scripts/localstack-stack.sh, which creates the same where the AWS provider is not available.
terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0, < 7.0"
    }
  }
}

provider "aws" {
  region                      = var.region
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  s3_use_path_style           = true

  endpoints {
    iam = var.endpoint
    s3  = var.endpoint
    sqs = var.endpoint
    sts = var.endpoint
  }
}

module "queue" {
  source = "../../modules/queue"

  name               = var.queue
  bucket_name        = var.bucket
  visibility_seconds = var.visibility_seconds
  retention_seconds  = var.retention_seconds
  most_receives      = var.most_receives
  # Alarms need a real CloudWatch.
  alarms = false
}

module "bucket" {
  source = "../../modules/bucket"

  name          = var.bucket
  queue_arns    = [module.queue.arn]
  prefixes      = var.prefixes
  events        = var.events
  force_destroy = true
}
