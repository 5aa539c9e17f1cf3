path "kv/data/order-pipeline-prod/redis-url" {
  capabilities = ["read"]
}

path "aws/creds/order-pipeline-prod-scoring" {
  capabilities = ["read"]
}
