import { BuildingMultipleRegular, DocumentErrorRegular, HeartPulseRegular, HourglassRegular, ReceiptMoneyRegular } from "@fluentui/react-icons";

import type { Page } from "../../app/page";

export const operatorPages: readonly Page[] = [
  {
    path: "operator/tenants",
    section: "operation",
    title: "nav.operator_tenants",
    icon: BuildingMultipleRegular,
    rights: ["operate"],
    load: () => import("./tenants_page"),
  },
  { path: "operator/tenants/new", title: "nav.operator_tenants", rights: ["operate"], load: () => import("./new_tenant_page") },
  { path: "operator/tenants/:tenantId", title: "nav.operator_tenants", rights: ["operate"], load: () => import("./tenant_page") },
  {
    path: "operator/usage",
    section: "operation",
    title: "nav.operator_usage",
    icon: ReceiptMoneyRegular,
    rights: ["operate"],
    load: () => import("./usage_page"),
  },
  {
    path: "operator/health",
    section: "operation",
    title: "nav.operator_health",
    icon: HeartPulseRegular,
    rights: ["operate"],
    load: () => import("./health_page"),
  },
  {
    path: "operator/poison",
    section: "operation",
    title: "nav.operator_poison",
    icon: DocumentErrorRegular,
    rights: ["operate"],
    load: () => import("./poison_page"),
  },
  {
    path: "operator/stuck",
    section: "operation",
    title: "nav.operator_stuck",
    icon: HourglassRegular,
    rights: ["operate"],
    load: () => import("./stuck_page"),
  },
];
