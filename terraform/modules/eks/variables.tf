variable "name" {
  description = "Name of the cluster"
  type        = string
}

variable "kubernetes_version" {
  description = "Version of Kubernetes; the chart requires 1.27 or newer"
  type        = string
  default     = "1.34"
}

variable "subnet_ids" {
  description = "Private subnets of nodes and control plane, in at least two zones"
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "EKS requires subnets in at least two zones"
  }
}

variable "public_access_cidrs" {
  description = "Networks with access to the API server over the internet; none by default: only the VPC"
  type        = list(string)
  default     = []
}

variable "admin_arns" {
  description = "Principals who administer the cluster"
  type        = list(string)
  default     = []
}

variable "node_type" {
  description = "Instance type of a node"
  type        = string
  default     = "m7g.large"
}

variable "node_ami" {
  description = "Image type of the nodes, which must fit the instance type"
  type        = string
  default     = "AL2023_ARM_64_STANDARD"
}

variable "nodes" {
  description = "Minimum, desired and maximum number of nodes"
  type        = object({ min = number, desired = number, max = number })
  default     = { min = 2, desired = 3, max = 6 }
}

variable "kms_key_arn" {
  description = "KMS key for Secrets; null creates one"
  type        = string
  default     = null
}

variable "log_days" {
  description = "Retention of the control plane's logs in days"
  type        = number
  default     = 365
}

variable "tags" {
  description = "Tags of the cluster and its resources"
  type        = map(string)
  default     = {}
}
