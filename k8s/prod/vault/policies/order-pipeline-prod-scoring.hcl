path "kv/data/order-pipeline-prod/redis-url" {
  capabilities = ["read"]
}

path "kv/data/order-pipeline-prod/stripe-api-key" {
  capabilities = ["read"]
}

path "kv/data/order-pipeline-prod/stripe-webhook-secret" {
  capabilities = ["read"]
}

path "aws/creds/order-pipeline-prod-scoring" {
  capabilities = ["read"]
}
