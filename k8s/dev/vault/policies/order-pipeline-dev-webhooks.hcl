path "aws/creds/order-pipeline-dev-webhooks" {
  capabilities = ["read"]
}
