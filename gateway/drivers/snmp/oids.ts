/** Object ids by their MIB names. */

// SNMPv2-MIB and SNMP-FRAMEWORK-MIB
export const sysDescr = '1.3.6.1.2.1.1.1.0'
export const sysObjectId = '1.3.6.1.2.1.1.2.0'
export const sysUpTime = '1.3.6.1.2.1.1.3.0'
export const sysName = '1.3.6.1.2.1.1.5.0'
export const sysLocation = '1.3.6.1.2.1.1.6.0'
export const snmpEngineTime = '1.3.6.1.6.3.10.2.1.3.0'

// IF-MIB
export const ifType = '1.3.6.1.2.1.2.2.1.3'
export const ifAdminStatus = '1.3.6.1.2.1.2.2.1.7'
export const ifOperStatus = '1.3.6.1.2.1.2.2.1.8'
export const ifInOctets = '1.3.6.1.2.1.2.2.1.10'
export const ifOutOctets = '1.3.6.1.2.1.2.2.1.16'
export const ifDescr = '1.3.6.1.2.1.2.2.1.2'
export const ifName = '1.3.6.1.2.1.31.1.1.1.1'
export const ifHCInOctets = '1.3.6.1.2.1.31.1.1.1.6'
export const ifHCOutOctets = '1.3.6.1.2.1.31.1.1.1.10'

// HOST-RESOURCES-MIB
export const host = '1.3.6.1.2.1.25'
export const hrStorageType = '1.3.6.1.2.1.25.2.3.1.2'
export const hrStorageDescr = '1.3.6.1.2.1.25.2.3.1.3'
export const hrStorageSize = '1.3.6.1.2.1.25.2.3.1.5'
export const hrStorageUsed = '1.3.6.1.2.1.25.2.3.1.6'
export const hrStorageRam = '1.3.6.1.2.1.25.2.1.2'
export const hrStorageFixedDisk = '1.3.6.1.2.1.25.2.1.4'
export const hrStorageFlashMemory = '1.3.6.1.2.1.25.2.1.9'
export const hrProcessorEntry = '1.3.6.1.2.1.25.3.3.1'
export const hrProcessorLoad = '1.3.6.1.2.1.25.3.3.1.2'

// UPS-MIB (RFC 1628)
export const ups = '1.3.6.1.2.1.33.1'

// ENTITY-SENSOR-MIB and ENTITY-MIB
export const entPhysicalDescr = '1.3.6.1.2.1.47.1.1.1.1.2'
export const entPhySensorType = '1.3.6.1.2.1.99.1.1.1.1'
export const entPhySensorScale = '1.3.6.1.2.1.99.1.1.1.2'
export const entPhySensorPrecision = '1.3.6.1.2.1.99.1.1.1.3'
export const entPhySensorValue = '1.3.6.1.2.1.99.1.1.1.4'
export const entPhySensorOperStatus = '1.3.6.1.2.1.99.1.1.1.5'
