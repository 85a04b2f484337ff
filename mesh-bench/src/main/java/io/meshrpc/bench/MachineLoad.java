package io.meshrpc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What all processes of the machine have used, by Linux's own count.
 *
 * @param busyTicks hundredths of a second, of all processors, stolen ones too; -1: not known
 * @param allTicks busy or not
 */
record MachineLoad(long busyTicks, long allTicks) {
  private static final long TICK_NS = 10_000_000;
  private static final Path STAT = Path.of("/proc/stat");

  static MachineLoad read() {
    try {
      String[] words = Files.readAllLines(STAT).get(0).trim().split("\\s+", -1);
      long busy = 0;
      long all = 0;
      for (int i = 1; i <= 8; i++) { // user nice system idle iowait irq softirq steal
        long ticks = Long.parseLong(words[i]);
        all += ticks;
        busy += i == 4 || i == 5 ? 0 : ticks;
      }
      return new MachineLoad(busy, all);
    } catch (IOException | RuntimeException e) {
      return new MachineLoad(-1, -1);
    }
  }

  /** The share of the machine that others had, from 0 to 1; NaN if it is not known. */
  double othersSince(MachineLoad before, long ownNs) {
    if (busyTicks < 0 || before.busyTicks < 0 || allTicks == before.allTicks) {
      return Double.NaN;
    }
    double others = busyTicks - before.busyTicks - (double) ownNs / TICK_NS;
    return Math.max(0, others / (allTicks - before.allTicks));
  }
}
