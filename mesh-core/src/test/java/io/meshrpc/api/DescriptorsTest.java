package io.meshrpc.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.BytesValue;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Contracts that no generator wrote. */
class DescriptorsTest {
  private static final Marshaller<BytesValue> BYTES = new ProtobufMarshaller<>(BytesValue.parser());

  private static MethodDescriptor<BytesValue, BytesValue> method(String service, String name) {
    return new MethodDescriptor<>(service, name, Idempotency.UNSPECIFIED, BYTES, BYTES);
  }

  private static void refuses(Runnable mistake, String text) {
    assertThatThrownBy(mistake::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(text);
  }

  @Test
  void namesAreWhatTheWireCanTellApart() {
    refuses(() -> method("", "Get"), "method: \"/Get\" (expected: names that are not empty)");
    refuses(() -> method("a", ""), "method: \"a/\" (expected: names that are not empty)");
    refuses(() -> method("a/b", "c"), "method: \"a/b/c\" (expected: names without a slash)");
    refuses(() -> method("a", "b/c"), "method: \"a/b/c\" (expected: names without a slash)");
  }

  @Test
  @SuppressWarnings("NullAway") // as callers without it may
  void aServiceHasAName() {
    assertThat(new ServiceDescriptor("test.Empty", List.of()).methods()).isEmpty();
    refuses(
        () -> new ServiceDescriptor("", List.of()),
        "service: \"\" (expected: a name that is not empty)");
    assertThatNullPointerException()
        .isThrownBy(() -> new ServiceDescriptor(null, List.of()))
        .withMessage("name");
    assertThatNullPointerException()
        .isThrownBy(() -> method("test.Desk", null))
        .withMessage("name");
  }

  @Test
  void aServiceHasItsOwnMethodsAndEachOfThemOnce() {
    refuses(
        () -> new ServiceDescriptor("test.Desk", List.of(method("test.Other", "Read"))),
        "method: test.Other/Read (expected: a method of test.Desk)");
    refuses(
        () -> new ServiceDescriptor(
            "test.Desk", List.of(method("test.Desk", "Read"), method("test.Desk", "Read"))),
        "method: test.Desk/Read (expected: each method once)");
  }

  @Test
  void aMethodHasOneHandler() {
    MethodDescriptor<BytesValue, BytesValue> read = method("test.Desk", "Read");
    ServiceDefinition.Builder desk = ServiceDefinition.builder(
            new ServiceDescriptor("test.Desk", List.of(read)))
        .blocking(read, request -> request);

    refuses(
        () -> desk.blocking(read, request -> request),
        "method: test.Desk/Read (expected: one handler for each method)");
    refuses(
        () -> desk.blocking(method("test.Other", "Read"), request -> request),
        "method: test.Other/Read (expected: a method of test.Desk)");
  }
}
