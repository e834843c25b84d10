# syntax=docker/dockerfile:1
ARG PYTHON_IMAGE=python:3.11-slim

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source
# What of the extras is in: image is all that the gateway can make use of, run is none of them.
ARG REQUIREMENTS=image
COPY requirements/ requirements/
# The dependencies come before the sources: a change of code does not install them again.
RUN python -m venv /opt/gateway \
 && /opt/gateway/bin/python -m pip install --require-hashes -r requirements/${REQUIREMENTS}.txt \
 && python -m pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY gateway/ gateway/
COPY adapters/ adapters/
COPY simulators/ simulators/
COPY config/ config/
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/gateway/bin/python -m pip install --no-deps --no-index /wheels/*.whl \
 && /opt/gateway/bin/python -m pip check \
 && /opt/gateway/bin/python -m pip uninstall --yes pip setuptools

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="churnkey-gateway" \
      org.opencontainers.image.description="Churnkey's custom provider in front of your billing provider" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/gateway/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    CKGW_HOST=0.0.0.0 CKGW_CONFIG=/etc/churnkey-gateway
COPY --from=build /opt/gateway /opt/gateway
# A number, so that Kubernetes can see that it is not root (runAsNonRoot).
USER 10001:10001
WORKDIR /tmp
# 8080 is the contract. 9090 is health and version; it listens inside the container only, until CKGW_ADMIN_HOST says
# otherwise: it asks for no token.
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["python", "-m", "gateway", "healthcheck"]
ENTRYPOINT ["churnkey-gateway"]
CMD ["serve"]
