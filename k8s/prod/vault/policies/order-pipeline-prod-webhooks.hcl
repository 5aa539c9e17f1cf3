path "aws/creds/order-pipeline-prod-webhooks" {
  capabilities = ["read"]
}
