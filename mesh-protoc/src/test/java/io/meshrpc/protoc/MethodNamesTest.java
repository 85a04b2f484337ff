package io.meshrpc.protoc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MethodNamesTest {
  @ParameterizedTest
  @CsvSource({
    "SayHello,sayHello,SAY_HELLO",
    "say_hello,sayHello,SAY_HELLO",
    "GetURL,getURL,GET_URL",
    "URLOf,uRLOf,URL_OF",
    "V2Call,v2Call,V2_CALL",
    "_Foo_,foo,FOO",
    "_,__,__",
    "_1,_1,_1",
    "Import,import_,IMPORT",
    "Null,null_,NULL",
    "Record,record,RECORD",
    "GetClass,getClass_,GET_CLASS",
    "WithOptions,withOptions_,WITH_OPTIONS",
    "Descriptor,descriptor,DESCRIPTOR_"
  })
  void followsJavaCustomAndAvoidsWhatIsTaken(String proto, String method, String constant) {
    assertThat(new MethodNames(Set.of()).next(proto))
        .isEqualTo(new MethodNames.Names(method, constant));
  }

  @Test
  void theFirstOfTheFileKeepsItsName() {
    MethodNames names = new MethodNames(Set.of());

    assertThat(Stream.of("Foo", "FooAsync", "foo", "BarAsync", "Bar")
            .map(names::next)
            .map(MethodNames.Names::method))
        .containsExactly("foo", "fooAsync_", "foo_", "barAsync", "bar_");
  }

  @Test
  void aConstantHidesNoTypeOfTheService() {
    MethodNames names = new MethodNames(Set.of("PING", "com"));

    assertThat(names.next("Ping")).isEqualTo(new MethodNames.Names("ping", "PING_"));
    assertThat(names.next("Com")).isEqualTo(new MethodNames.Names("com", "COM"));
  }
}
