package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** RFC 6298 with its usual gains. */
class RoundTripsTest {
  private static final long MS = 1_000_000;
  private final RoundTrips trips = new RoundTrips();

  @Test
  void withoutASampleTheLeastPatienceHolds() {
    assertThat(trips.smoothedNs()).isZero();
    assertThat(trips.patienceNs(50 * MS, 500 * MS)).isEqualTo(50 * MS);
  }

  @Test
  void theFirstSampleCountsWholeAndItsHalfIsTheVariation() {
    trips.add(40 * MS);

    assertThat(trips.smoothedNs()).isEqualTo(40 * MS);
    assertThat(trips.patienceNs(1, 500 * MS)).isEqualTo(120 * MS);
  }

  @Test
  void laterSamplesCountAnEighthAndTheVariationAQuarter() {
    trips.add(40 * MS);
    trips.add(48 * MS);

    assertThat(trips.smoothedNs()).isEqualTo(41 * MS);
    assertThat(trips.patienceNs(1, 500 * MS)).isEqualTo(41 * MS + 4 * 17 * MS);
  }

  @Test
  void steadySamplesLeaveLittleMoreThanTheRoundTrip() {
    for (int i = 0; i < 100; i++) {
      trips.add(10 * MS);
    }

    assertThat(trips.smoothedNs()).isEqualTo(10 * MS);
    assertThat(trips.patienceNs(1, 500 * MS)).isBetween(10 * MS, 10 * MS + 100);
  }

  @Test
  void patienceStaysWithinItsBounds() {
    trips.add(400 * MS);

    assertThat(trips.patienceNs(50 * MS, 500 * MS)).isEqualTo(500 * MS);
  }
}
