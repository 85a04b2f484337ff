package io.meshrpc;

import io.meshrpc.api.TrustReport;

/** Counts what a server's security does. Written by the loop only, read by anybody. */
final class TrustCounts {
  private volatile TrustReport report = TrustReport.NONE;

  TrustReport report() {
    return report;
  }

  void onAdmitted() {
    TrustReport so = report;
    report = new TrustReport(so.peersAdmitted() + 1, so.peersRefused(), so.callsDenied());
  }

  void onRefused() {
    TrustReport so = report;
    report = new TrustReport(so.peersAdmitted(), so.peersRefused() + 1, so.callsDenied());
  }

  void onDenied() {
    TrustReport so = report;
    report = new TrustReport(so.peersAdmitted(), so.peersRefused(), so.callsDenied() + 1);
  }
}
