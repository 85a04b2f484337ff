package io.meshrpc.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is allowed what by rules. */
class PermissionsTest {
  private static final Marshaller<String> NONE = new Marshaller<>() {
    @Override
    public byte[] encode(String value) {
      return new byte[0];
    }

    @Override
    public String decode(byte[] bytes) {
      return "";
    }
  };
  private static final MethodDescriptor<?, ?> GET = method("shop.Orders", "Get");
  private static final MethodDescriptor<?, ?> PLACE = method("shop.Orders", "Place");
  private static final MethodDescriptor<?, ?> COUNT = method("shop.Stock", "Count");

  private static MethodDescriptor<?, ?> method(String service, String name) {
    return new MethodDescriptor<>(service, name, Idempotency.UNSPECIFIED, NONE, NONE);
  }

  private static PeerIdentity named(String... names) {
    return PeerIdentity.tls(List.of(names), String.join(" ", names));
  }

  @Test
  void whatNoRuleAllowsIsDenied() {
    Permissions none = Permissions.builder().build();

    assertThat(none.mayCall(named("till"), GET)).isFalse();
  }

  @Test
  void rulesAreForAllForAServiceOrForMethods() {
    Permissions rules = Permissions.builder()
        .allowAll("admin")
        .allow("till", "shop.Orders")
        .allow("audit", "shop.Orders", "Get", "List")
        .allow("web", COUNT)
        .build();

    assertThat(rules.mayCall(named("admin"), COUNT)).isTrue();
    assertThat(rules.mayCall(named("till"), PLACE)).isTrue();
    assertThat(rules.mayCall(named("till"), COUNT)).isFalse();
    assertThat(rules.mayCall(named("audit"), GET)).isTrue();
    assertThat(rules.mayCall(named("audit"), PLACE)).isFalse();
    assertThat(rules.mayCall(named("web"), COUNT)).isTrue();
    assertThat(rules.mayCall(named("web"), GET)).isFalse();
    assertThat(rules.mayCall(named("other", "web"), COUNT)).isTrue(); // any of its names
    assertThat(rules.mayCall(named("web"), COUNT)).isTrue(); // asked again
  }

  @ParameterizedTest
  @CsvSource({
    "till.example, till.example, true",
    "till.example, tillXexample, false",
    "till.example, evil.till.example, false",
    "*.example, till.example, true",
    "*.example, a.till.example, false",
    "*.example, .example, false",
    "**.example, a.till.example, true",
    "spiffe://prod/*, spiffe://prod/till, true",
    "spiffe://prod/*, spiffe://prod/ns/till, false",
    "spiffe://prod/**, spiffe://prod/ns/till, true",
    "spiffe://prod/**, spiffe://prod.evil/ns, false",
    "Till, till, false",
    "(till|audit), till, false"
  })
  void patternsMatchWholeNamesAndStarsStayWithinALabel(
      String pattern, String name, boolean allowed) {
    Permissions rules = Permissions.builder().allowAll(pattern).build();

    assertThat(rules.mayCall(named(name), GET)).isEqualTo(allowed);
  }

  @Test
  void nobodyIsAllowedAnythingWithoutAName() {
    Permissions rules = Permissions.builder().allowAll("**").build();

    assertThat(rules.mayCall(PeerIdentity.NONE, GET)).isFalse();
    assertThat(rules.mayCall(PeerIdentity.tls(List.of(), "subject:CN=till"), GET))
        .isFalse();
    assertThat(rules.mayCall(PeerIdentity.curve("till", "k".repeat(40)), GET)).isTrue();
  }

  @Test
  void emptyRulesAreRefused() {
    assertThatThrownBy(() -> Permissions.builder().allowAll(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("name: empty (expected: at least one character)");
    assertThatThrownBy(() -> Permissions.builder().allow("till", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("service: empty");
  }

  @Test
  void anIdentityShowsNothingThatBreaksALog() {
    assertThat(named("till\r\nforged line")).hasToString("TLS till??forged line");
    assertThat(named("x".repeat(1000)).toString()).hasSizeLessThan(250);
    assertThat(PeerIdentity.NONE).hasToString("nobody known");
  }
}
