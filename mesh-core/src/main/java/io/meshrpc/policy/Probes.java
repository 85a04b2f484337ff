package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer.Pick;

/** Questions to candidates taken at random, no two to the same. */
final class Probes {
  private Probes() {}

  static void send(Pick pick, int most) {
    int size = pick.candidates().size();
    int count = Math.min(most, size);
    int[] taken = new int[count];
    for (int i = 0; i < count; i++) { // Floyd's way to draw without putting back
      int last = size - count + i;
      int index = pick.random().nextInt(last + 1);
      taken[i] = contains(taken, i, index) ? last : index;
      pick.probe(pick.candidates().get(taken[i]));
    }
  }

  private static boolean contains(int[] taken, int count, int index) {
    for (int i = 0; i < count; i++) {
      if (taken[i] == index) {
        return true;
      }
    }
    return false;
  }
}
