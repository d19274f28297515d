# All resources: network, key, queue, bucket, registry, cluster, search domain, and a role for each program.
# docs/aws.md walks from an empty account to the first search.
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
  region = var.region

  default_tags {
    tags = { Project = var.name }
  }
}

locals {
  network = {
    id         = var.vpc_id != null ? var.vpc_id : module.vpc[0].id
    subnet_ids = var.vpc_id != null ? var.subnet_ids : module.vpc[0].private_subnet_ids
  }

  cluster = var.own_cluster != null ? var.own_cluster : {
    oidc_provider_arn = module.eks[0].oidc_provider_arn
    oidc_issuer       = module.eks[0].oidc_issuer
    security_group_id = module.eks[0].security_group_id
  }
}

module "vpc" {
  source = "../../modules/vpc"
  count  = var.vpc_id == null ? 1 : 0

  name  = var.name
  cidr  = var.cidr
  zones = [for zone in var.zones : "${var.region}${zone}"]
  nat   = var.nat
}

module "key" {
  source = "../../modules/key"

  name        = var.name
  bucket_name = var.bucket
  events_by   = var.events_by
}

module "queue" {
  source = "../../modules/queue"

  name          = "${var.name}-ingest"
  bucket_name   = var.bucket
  kms_key_arn   = module.key.arn
  events_by     = var.events_by
  alarm_actions = var.alarm_actions
}

module "bucket" {
  source = "../../modules/bucket"

  name        = var.bucket
  queue_arns  = [module.queue.arn]
  events_by   = var.events_by
  kms_key_arn = module.key.arn

  force_destroy = var.force_destroy
}

module "registry" {
  source = "../../modules/registry"
  count  = var.own_registry ? 1 : 0

  prefix        = var.name
  force_destroy = var.force_destroy
}

module "eks" {
  source = "../../modules/eks"
  count  = var.own_cluster == null ? 1 : 0

  name                = var.name
  subnet_ids          = local.network.subnet_ids
  admin_arns          = var.admin_arns
  public_access_cidrs = var.public_access_cidrs
  reached_from_vpc    = var.reached_from_vpc
}

module "roles" {
  source = "../../modules/roles"

  name                 = var.name
  oidc_provider_arn    = local.cluster.oidc_provider_arn
  oidc_issuer          = local.cluster.oidc_issuer
  namespace            = var.namespace
  releases             = var.releases
  bucket_arn           = module.bucket.arn
  queue_arn            = module.queue.arn
  dead_letters_arn     = module.queue.dead_letters_arn
  kms_key_arn          = module.key.arn
  domain               = var.domain ? { arn = module.opensearch[0].arn } : null
  keda_service_account = "keda:keda-operator"
  providers_by_prefix  = var.providers_by_prefix
}

module "opensearch" {
  source = "../../modules/opensearch"
  count  = var.domain ? 1 : 0

  name                      = var.name
  service_linked_role       = var.service_linked_role
  vpc_id                    = local.network.id
  subnet_ids                = local.network.subnet_ids
  data_nodes                = var.data_nodes
  client_security_group_ids = [local.cluster.security_group_id]
  alarm_actions             = var.alarm_actions
}
