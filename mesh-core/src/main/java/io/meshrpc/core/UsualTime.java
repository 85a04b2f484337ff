package io.meshrpc.core;

/** How long handlers usually run: a mean that follows about the last fifty. */
final class UsualTime {
  private static final double ALPHA = 0.02;

  private double ns;

  void add(long serviceNs) {
    ns = ns == 0 ? serviceNs : ns + ALPHA * (serviceNs - ns);
  }

  /** 0 before the first. */
  long ns() {
    return (long) ns;
  }
}
