/**
 * The part of Kubernetes' objects that deploy/kubernetes uses, as schemas: an unknown key is a
 * fault, as the API server would have it.
 */
import { type Static, Type } from "typebox";

const strict = { additionalProperties: false };
const Labels = Type.Record(Type.String({ pattern: "^[a-z./-]+$" }), Type.String());
const Selector = Type.Object({ matchLabels: Labels }, strict);
const Quantity = Type.String({ pattern: "^\\d+(Mi|Gi)?$" });

const Metadata = Type.Object(
  { name: Type.String(), labels: Type.Optional(Labels), annotations: Type.Optional(Labels) },
  strict,
);

const Probe = Type.Object(
  {
    httpGet: Type.Object({ path: Type.String(), port: Type.String() }, strict),
    periodSeconds: Type.Integer(),
    timeoutSeconds: Type.Integer(),
    failureThreshold: Type.Integer(),
  },
  strict,
);

const Container = Type.Object(
  {
    name: Type.String(),
    image: Type.String({ pattern: "^[a-z./-]+:\\d+\\.\\d+\\.\\d+$" }),
    ports: Type.Array(Type.Object({ name: Type.String(), containerPort: Type.Integer() }, strict)),
    env: Type.Array(Type.Object({ name: Type.String(), value: Type.String() }, strict)),
    readinessProbe: Probe,
    livenessProbe: Probe,
    resources: Type.Object(
      {
        requests: Type.Object({ cpu: Type.String(), memory: Quantity }, strict),
        limits: Type.Object({ memory: Quantity }, strict),
      },
      strict,
    ),
    securityContext: Type.Object(
      {
        allowPrivilegeEscalation: Type.Literal(false),
        readOnlyRootFilesystem: Type.Literal(true),
        capabilities: Type.Object({ drop: Type.Tuple([Type.Literal("ALL")]) }, strict),
      },
      strict,
    ),
    volumeMounts: Type.Array(
      Type.Object({ name: Type.String(), mountPath: Type.String() }, strict),
    ),
  },
  strict,
);

const Pod = Type.Object(
  {
    terminationGracePeriodSeconds: Type.Integer(),
    automountServiceAccountToken: Type.Literal(false),
    securityContext: Type.Object(
      {
        runAsNonRoot: Type.Literal(true),
        runAsUser: Type.Integer({ minimum: 1 }),
        runAsGroup: Type.Integer({ minimum: 1 }),
        fsGroup: Type.Integer({ minimum: 1 }),
        fsGroupChangePolicy: Type.Literal("OnRootMismatch"),
        seccompProfile: Type.Object({ type: Type.Literal("RuntimeDefault") }, strict),
      },
      strict,
    ),
    topologySpreadConstraints: Type.Array(
      Type.Object(
        {
          maxSkew: Type.Integer(),
          topologyKey: Type.String(),
          whenUnsatisfiable: Type.Literal("ScheduleAnyway"),
          labelSelector: Selector,
        },
        strict,
      ),
    ),
    containers: Type.Tuple([Container]),
    volumes: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          emptyDir: Type.Object({ medium: Type.Literal("Memory"), sizeLimit: Quantity }, strict),
        },
        strict,
      ),
    ),
  },
  strict,
);

export const StatefulSet = Type.Object(
  {
    apiVersion: Type.Literal("apps/v1"),
    kind: Type.Literal("StatefulSet"),
    metadata: Metadata,
    spec: Type.Object(
      {
        serviceName: Type.String(),
        replicas: Type.Integer({ minimum: 1 }),
        podManagementPolicy: Type.Literal("Parallel"),
        selector: Selector,
        template: Type.Object(
          {
            metadata: Type.Object({ labels: Labels, annotations: Labels }, strict),
            spec: Pod,
          },
          strict,
        ),
        volumeClaimTemplates: Type.Tuple([
          Type.Object(
            {
              metadata: Metadata,
              spec: Type.Object(
                {
                  accessModes: Type.Tuple([Type.Literal("ReadWriteOnce")]),
                  resources: Type.Object(
                    { requests: Type.Object({ storage: Quantity }, strict) },
                    strict,
                  ),
                },
                strict,
              ),
            },
            strict,
          ),
        ]),
      },
      strict,
    ),
  },
  strict,
);

export const Service = Type.Object(
  {
    apiVersion: Type.Literal("v1"),
    kind: Type.Literal("Service"),
    metadata: Metadata,
    spec: Type.Object(
      {
        clusterIP: Type.Optional(Type.Literal("None")),
        selector: Labels,
        ports: Type.Array(
          Type.Object(
            { name: Type.String(), port: Type.Integer(), targetPort: Type.String() },
            strict,
          ),
        ),
      },
      strict,
    ),
  },
  strict,
);

export const DisruptionBudget = Type.Object(
  {
    apiVersion: Type.Literal("policy/v1"),
    kind: Type.Literal("PodDisruptionBudget"),
    metadata: Metadata,
    spec: Type.Object({ maxUnavailable: Type.Integer(), selector: Selector }, strict),
  },
  strict,
);

export type StatefulSetObject = Static<typeof StatefulSet>;
export type ServiceObject = Static<typeof Service>;
export type DisruptionBudgetObject = Static<typeof DisruptionBudget>;
