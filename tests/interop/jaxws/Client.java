import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.bind.JAXBElement;
import javax.xml.bind.annotation.XmlElement;
import javax.xml.bind.annotation.XmlElementRef;
import javax.xml.datatype.DatatypeConstants;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;
import javax.xml.namespace.QName;
import javax.xml.soap.SOAPException;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.Holder;
import javax.xml.ws.handler.MessageContext;
import javax.xml.ws.handler.soap.SOAPHandler;
import javax.xml.ws.handler.soap.SOAPMessageContext;
import javax.xml.ws.soap.SOAPFaultException;
import org.w3c.dom.Element;

/** JAX-WS RI with classes of wsimport: goes through the steps. Usage: Client STEPS BASE_URL */
final class Client extends Flat {
    private final String base;
    private final Map<String, Object> ports = new LinkedHashMap<>();

    private Client(String base) {
        this.base = base;
    }

    public static void main(String[] arguments) throws Exception {
        new Client(arguments[1]).run(arguments[0]);
    }

    @Override
    Object call(Step step) throws Exception {
        boolean bare = step.header.stream().map(leaf -> leaf[0].split("\\.")[0]).distinct().count() < 2;
        String key = step.path + bare;
        if (!ports.containsKey(key)) ports.put(key, connect(step.path, bare));
        Object port = ports.get(key);
        Method method = method(port.getClass().getInterfaces()[0], step.operation);
        Class<?>[] types = method.getParameterTypes();
        Object[] arguments = new Object[types.length];
        for (int n = 0; n < types.length; n++) {
            String name = types[n].getSimpleName();
            if (types[n] == Holder.class) arguments[n] = new Holder<>();
            else if (name.startsWith(step.operation)) arguments[n] = filled(types[n], step.body, null);
            else arguments[n] = filled(types[n], step.header, name.replaceAll("Type$", ""));
        }
        try {
            Object answer = method.invoke(port, arguments);
            return answer != null ? answer : held(arguments, step.operation + "ResponseType");
        } catch (InvocationTargetException thrown) {
            return fault((Exception) thrown.getCause());
        }
    }

    /** Where the answer has a header too, both come in holders. */
    private static Object held(Object[] arguments, String type) {
        for (Object argument : arguments) {
            Object value = argument instanceof Holder ? ((Holder<?>) argument).value : null;
            if (value != null && value.getClass().getSimpleName().equals(type)) return value;
        }
        throw new IllegalStateException("no answer");
    }

    /** The typed fault that wsimport made of FaultDetails. JAX-WS keeps faultcode to itself there, so that a typed fault has none. */
    private Map<String, Object> fault(Exception error) throws Exception {
        if (error instanceof SOAPFaultException || !error.getClass().getSimpleName().equals("FaultDetailsMsg")) throw error;
        Map<String, Object> fault = new LinkedHashMap<>();
        fault.put("text", error.getMessage());
        Object details = error.getClass().getMethod("getFaultInfo").invoke(error);
        for (Map.Entry<String, Field> entry : fields(details.getClass()).entrySet()) fault.put(entry.getKey(), entry.getValue().get(details));
        return Map.of("Fault", fault);
    }

    private Object connect(String path, boolean bare) throws Exception {
        String name = path.replaceAll(".*/|\\.svc$", "");
        Class<?> service = Class.forName(name.toLowerCase() + "." + name + "_Service");
        Object made = service.getConstructor(URL.class).newInstance(new URL(base + path + "?wsdl"));
        Object port = service.getMethod("get" + name).invoke(made);
        if (bare) ((BindingProvider) port).getBinding().setHandlerChain(List.of(new WithoutNil()));
        return port;
    }

    /** JAX-WS writes a header that is null as an element that is nil; this one leaves it out. */
    private static final class WithoutNil implements SOAPHandler<SOAPMessageContext> {
        @Override
        public boolean handleMessage(SOAPMessageContext context) {
            if (!(Boolean) context.get(MessageContext.MESSAGE_OUTBOUND_PROPERTY)) return true;
            try {
                Iterator<?> headers = context.getMessage().getSOAPHeader().examineAllHeaderElements();
                while (headers.hasNext()) {
                    Element header = (Element) headers.next();
                    if (header.hasAttributeNS(XMLConstants.W3C_XML_SCHEMA_INSTANCE_NS_URI, "nil")) header.getParentNode().removeChild(header);
                }
                return true;
            } catch (SOAPException error) {
                throw new IllegalStateException(error);
            }
        }

        @Override
        public boolean handleFault(SOAPMessageContext context) {
            return true;
        }

        @Override
        public void close(MessageContext context) {}

        @Override
        public Set<QName> getHeaders() {
            return null;
        }
    }

    @Override
    Map<String, Field> fields(Class<?> type) {
        Map<String, Field> fields = new LinkedHashMap<>();
        for (Field field : declared(type)) {
            XmlElement element = field.getAnnotation(XmlElement.class);
            XmlElementRef reference = field.getAnnotation(XmlElementRef.class);
            fields.put(element != null ? element.name() : reference != null ? reference.name() : field.getName(), field);
        }
        return fields;
    }

    @Override
    Object leaf(Class<?> type, String text) throws Exception {
        return DatatypeFactory.newInstance().newXMLGregorianCalendar(text);
    }

    @Override
    String shown(Object value) throws Exception {
        if (value instanceof JAXBElement) {
            JAXBElement<?> element = (JAXBElement<?>) value;
            return element.isNil() ? "" : element.getValue().toString();
        }
        if (value instanceof Enum) return (String) value.getClass().getMethod("value").invoke(value);
        if (!(value instanceof XMLGregorianCalendar)) return null;
        XMLGregorianCalendar time = (XMLGregorianCalendar) value;
        if (time.getXMLSchemaType() == DatatypeConstants.DATE) return time.toXMLFormat();
        return Instant.ofEpochMilli(time.toGregorianCalendar().getTimeInMillis()).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
