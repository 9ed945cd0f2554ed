/** placeholder */
import type { Report } from './report.ts';
export function renderReportPage(report: Report): string {
  return JSON.stringify(report);
}
