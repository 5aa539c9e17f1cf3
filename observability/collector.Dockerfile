# The collector alongside a service (infra/src/components/collector.ts), in our own registry: tasks reach no other.
FROM public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3
COPY observability/collector.yaml /etc/collector.yaml
COPY observability/collector-traces.yaml /etc/collector-traces.yaml
USER 10001:10001
CMD ["--config=/etc/collector.yaml"]
