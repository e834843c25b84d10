{{/* The name of every object: the release's, with the chart's where it is not in it. */}}
{{- define "churnkey-gateway.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What the pods are found by. It must never change: a Deployment's selector cannot. */}}
{{- define "churnkey-gateway.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "churnkey-gateway.labels" -}}
{{ include "churnkey-gateway.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* The Secret whose keys are mounted; "" where there is none. */}}
{{- define "churnkey-gateway.secret" -}}
{{- if .Values.secret.existing -}}
{{- .Values.secret.existing -}}
{{- else if .Values.secret.values -}}
{{- include "churnkey-gateway.name" . -}}
{{- end -}}
{{- end -}}

{{/*
The longest `deadline_s` of all backends, in whole seconds; 20 is what the gateway takes where none is given, 120 the
most that it accepts, for one that comes from a variable.
*/}}
{{- define "churnkey-gateway.longestDeadline" -}}
{{- $longest := 0.0 -}}
{{- range .Values.backends -}}
{{- $deadline := dig "limits" "deadline_s" 20 . -}}
{{- $longest = maxf $longest (kindIs "string" $deadline | ternary 120 $deadline) -}}
{{- end -}}
{{- ceil $longest | int -}}
{{- end -}}
