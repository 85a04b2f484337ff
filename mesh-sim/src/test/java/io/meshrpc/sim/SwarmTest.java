package io.meshrpc.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A thousand meshes in bad weather; other ranges with {@code -Dseeds=5000-6000}. */
class SwarmTest {
  @Test
  void allInvariantsHoldForAThousandSeeds() {
    SeedRange seeds = SeedRange.parse(System.getProperty("seeds", "1-1000"));
    Campaign campaign = new Campaign(new Swarm(), seeds);
    campaign.run(Runtime.getRuntime().availableProcessors(), progress -> {});
    System.out.println(campaign.summary());

    assertThat(campaign.failures()).as(() -> reports(campaign)).isEmpty();
    assertThat(campaign.played()).isEqualTo(seeds.count());
  }

  private static String reports(Campaign campaign) {
    StringBuilder text = new StringBuilder();
    campaign.failures().forEach(run -> text.append(run.report()).append('\n'));
    return text.toString();
  }
}
