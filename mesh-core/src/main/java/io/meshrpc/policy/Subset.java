package io.meshrpc.policy;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which servers of a large fleet a client should connect to: those with the highest hashes of the
 * client's id and their endpoint (rendezvous hashing, as in gRPC's proposal A68). Every client can say
 * so for itself, clients are spread over servers as by chance, and when one endpoint comes or goes, at
 * most one of the chosen changes.
 */
public final class Subset {
  private static final int SIZE_MIN = 20;
  private static final Comparator<Ranked> HIGHEST_FIRST =
      Comparator.comparingLong(Ranked::hash).reversed().thenComparing(Ranked::endpoint);

  private Subset() {}

  /**
   * Chooses; the result has the order of {@code endpoints}.
   *
   * @param clientId what tells this client from others; the same after a restart, if connections
   *     should be the same
   * @param endpoints all there are; duplicates count once
   * @param spread how many times twice the root of their number are chosen, but at least 20; above 0
   */
  public static List<String> of(String clientId, List<String> endpoints, double spread) {
    if (!(spread > 0)) {
      throw new IllegalArgumentException("spread: " + spread + " (expected: > 0)");
    }
    List<String> all = endpoints.stream().distinct().toList();
    int size = size(all.size(), spread);
    if (size == all.size()) {
      return all;
    }
    long client = StableHash.of(clientId);
    Set<String> chosen = all.stream()
        .map(endpoint -> new Ranked(endpoint, StableHash.of(client, StableHash.of(endpoint))))
        .sorted(HIGHEST_FIRST)
        .limit(size)
        .map(Ranked::endpoint)
        .collect(Collectors.toSet());
    return all.stream().filter(chosen::contains).toList();
  }

  /** Grows by one at most when {@code servers} does. */
  static int size(int servers, double spread) {
    double wanted = Math.ceil(2 * Math.sqrt(servers) * spread);
    return (int) Math.min(servers, Math.max(SIZE_MIN, wanted));
  }

  private record Ranked(String endpoint, long hash) {}
}
