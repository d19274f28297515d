variable "name" {
  description = "Name of the domain"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,27}$", var.name))
    error_message = "a domain has 3 to 28 lower-case letters, digits and hyphens, starting with a letter"
  }
}

variable "engine_version" {
  description = "Version of the engine"
  type        = string
  default     = "OpenSearch_3.3"

  validation {
    condition     = can(regex("^(OpenSearch|Elasticsearch)_[0-9]+[.][0-9]+$", var.engine_version))
    error_message = "a version is such as OpenSearch_3.3"
  }
}

variable "service_linked_role" {
  description = "Create the account's role AWSServiceRoleForAmazonOpenSearchService; false where the account has it (aws iam get-role)"
  type        = bool
  default     = true
}

variable "vpc_id" {
  description = "VPC of the domain"
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the domain, each in a separate zone: 1, 2 or 3"
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 1 && length(var.subnet_ids) <= 3
    error_message = "a domain spreads over one to three zones"
  }
}

variable "client_security_group_ids" {
  description = "Security groups with access to the domain, such as the cluster's nodes"
  type        = list(string)
}

variable "data_nodes" {
  description = "Data nodes: a multiple of the zones. Reads outnumber writes by far: set WIKIMOVIE_REPLICAS to one less, so that each node answers alone"
  type        = number
  default     = 3
}

variable "data_type" {
  description = "Instance type of a data node"
  type        = string
  default     = "r7g.large.search"

  validation {
    condition     = endswith(var.data_type, ".search")
    error_message = "types of a domain end in .search"
  }
}

variable "master_nodes" {
  description = "Dedicated master nodes: 3 or 5, or 0 for none"
  type        = number
  default     = 3

  validation {
    condition     = contains([0, 3, 5], var.master_nodes)
    error_message = "masters are 0, 3 or 5"
  }
}

variable "master_type" {
  description = "Instance type of a master node"
  type        = string
  default     = "m7g.large.search"

  validation {
    condition     = endswith(var.master_type, ".search")
    error_message = "types of a domain end in .search"
  }
}

variable "volume_gib" {
  description = "GiB of a data node's volume"
  type        = number
  default     = 50

  validation {
    condition     = var.volume_gib >= 10
    error_message = "volumes of a domain have 10 GiB or more"
  }
}

variable "kms_key_arn" {
  description = "KMS key for data and logs; null for keys of AWS"
  type        = string
  default     = null
}

variable "log_days" {
  description = "Retention of logs in days"
  type        = number
  default     = 365
}

variable "alarm_actions" {
  description = "ARNs that alarms notify, such as SNS topics"
  type        = list(string)
  default     = []
}

variable "tags" {
  description = "Tags of the domain and its resources"
  type        = map(string)
  default     = {}
}
