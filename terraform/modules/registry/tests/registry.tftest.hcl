run "by_default" {
  command = apply

  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.image_tag_mutability == "IMMUTABLE" && repository.image_scanning_configuration[0].scan_on_push])
    error_message = "tags are mutable, or images are not scanned"
  }

  assert {
    condition     = output.registry == "000000000000.dkr.ecr.eu-west-1.amazonaws.com/wikimovie"
    error_message = "the chart would pull from another registry"
  }
}
